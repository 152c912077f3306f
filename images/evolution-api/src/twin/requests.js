/**
 * Bodies of `/twin/*`, checked.
 */
import { badRequest } from '../http/errors.js';
import { check } from '../http/validate.js';
import { startsWith } from './faults.js';

const LONGEST_DELAY_MS = 10 * 60_000;

/** @type {import('../http/validate.js').Schema} */
const FAULT_SCHEMA = {
  type: 'object',
  required: ['route'],
  properties: {
    route: { type: 'string' },
    instance: { type: 'string' },
    status: { type: 'number' },
    delayMs: { type: 'number' },
    drop: { type: 'string', enum: ['before', 'after'] },
    times: { type: 'number' },
  },
};

/** @type {import('../http/validate.js').Schema} */
const CONVERSATION_SCHEMA = {
  type: 'object',
  required: ['number', 'turns'],
  properties: {
    number: { type: 'string', pattern: /^\d+(@[\w.-]+)?$/, description: '"number" must be a numeric string' },
    instance: { type: 'string' },
    pushName: { type: 'string' },
    turns: {
      type: 'array',
      items: {
        type: 'object',
        required: ['when', 'answers'],
        properties: {
          when: { type: 'string' },
          answers: { type: 'array' },
          delayMs: { type: 'number' },
          times: { type: 'number' },
        },
      },
    },
  },
};

/**
 * @param {any} body
 * @param {string[]} paths of the routes a fault may name
 * @returns {import('./faults.js').FaultRequest}
 */
export function readFault(body, paths) {
  check(body, FAULT_SCHEMA);
  const { delayMs, drop, instance, route, status, times } = body;
  const findings = [
    ...(paths.some((path) => startsWith(path, route)) ? [] : [`route: no route begins with it (known: ${paths.join(', ')})`]),
    ...outside('status', status, 400, 599),
    ...outside('delayMs', delayMs, 0, LONGEST_DELAY_MS),
    ...outside('times', times, 1, Number.MAX_SAFE_INTEGER),
    ...(status === undefined && delayMs === undefined && drop === undefined ? ['nothing to do: give status, delayMs or drop'] : []),
    ...(status !== undefined && drop !== undefined ? ['status and drop exclude each other: a lost answer has no status'] : []),
  ];
  if (findings.length > 0) throw badRequest(findings);
  return { route, instance, status, delayMs, drop, times };
}

/**
 * @param {any} body
 * @returns {import('./conversations.js').Conversation}
 */
export function readConversation(body) {
  check(body, CONVERSATION_SCHEMA);
  const findings = body.turns.flatMap((turn, index) => turnProblems(turn, `turns[${index}]`));
  if (body.turns.length === 0) findings.push('turns: empty, so the contact would never answer');
  if (findings.length > 0) throw badRequest(findings);
  return body;
}

function turnProblems({ when, answers, delayMs, times }, path) {
  return [
    ...(isPattern(when) ? [] : [`${path}.when is not a regular expression`]),
    ...(answers.length > 0 && answers.every(isAnswer) ? [] : [`${path}.answers: texts, or objects with message and messageType`]),
    ...outside(`${path}.delayMs`, delayMs, 0, LONGEST_DELAY_MS),
    ...outside(`${path}.times`, times, 1, Number.MAX_SAFE_INTEGER),
  ];
}

function isAnswer(answer) {
  if (typeof answer === 'string') return answer !== '';
  return typeof answer?.message === 'object' && answer.message !== null && typeof answer.messageType === 'string';
}

function isPattern(text) {
  try {
    return Boolean(new RegExp(text, 'iu'));
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}

function outside(name, value, least, most) {
  if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return [];
  return [`${name} must be a whole number from ${least} to ${most}`];
}
