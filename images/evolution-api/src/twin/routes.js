/**
 * `/twin/…`: what the real server does not have, for whoever holds the global key. Contacts that answer, and events of which
 * the real server's other channels are full and this one has none: edits, deletions, groups, hidden addresses.
 */
import { EVENTS, subscriptionName } from '../contract.js';
import { badRequest, notFound } from '../http/errors.js';
import { check } from '../http/validate.js';

const PATH = '/twin/conversations';
const EVENTS_PATH = '/twin/events';
const LONGEST_DELAY_MS = 10 * 60_000;

const TURN = {
  type: 'object',
  required: ['when', 'answers'],
  properties: { when: { type: 'string' }, answers: { type: 'array' }, delayMs: { type: 'number' }, times: { type: 'number' } },
};

const SCHEMA = {
  type: 'object',
  required: ['number', 'turns'],
  properties: {
    number: { type: 'string', pattern: /^\d+(@[\w.-]+)?$/ },
    instance: { type: 'string' },
    pushName: { type: 'string' },
    turns: { type: 'array', items: TURN },
  },
};

const EVENT = {
  type: 'object',
  required: ['instance', 'event', 'data'],
  properties: { instance: { type: 'string' }, event: { type: 'string' } },
};

export function twinRoutes({ bus, conversations, guards, instances }) {
  const owner = [guards.isOwner];
  const remove = ({ params }) => {
    if (conversations.clear(params.id) === 0) throw notFound(`Nothing has the id "${params.id}"`);
    return { status: 200, body: { cleared: 1 } };
  };
  const announce = ({ body }) => {
    check(body, EVENT);
    if (!EVENTS.includes(subscriptionName(body.event))) throw badRequest(`Evolution has no event "${body.event}"`);
    const instance = instances.get(body.instance);
    if (!instance) throw notFound(`The "${body.instance}" instance does not exist`);
    void bus.emit(body.event, instance, body.data);
    return { status: 202, body: { announced: body.event } };
  };
  return [
    { method: 'POST', path: EVENTS_PATH, guards: owner, handle: announce },
    { method: 'POST', path: PATH, guards: owner, handle: ({ body }) => ({ status: 201, body: conversations.add(readConversation(body)) }) },
    { method: 'GET', path: PATH, guards: owner, handle: () => ({ status: 200, body: conversations.all() }) },
    { method: 'DELETE', path: PATH, guards: owner, handle: () => ({ status: 200, body: { cleared: conversations.clear() } }) },
    { method: 'DELETE', path: `${PATH}/:id`, guards: owner, handle: remove },
  ];
}

/** Refuses with all findings at once. */
export function readConversation(body) {
  check(body, SCHEMA);
  const findings = body.turns.flatMap((turn, index) => turnProblems(turn, `turns[${index}]`));
  if (body.turns.length === 0) findings.push('turns: empty, so the contact would never answer');
  if (findings.length > 0) throw badRequest(findings);
  return body;
}

function turnProblems({ when, answers, delayMs = 0, times = 1 }, path) {
  const within = (value, least, most) => Number.isInteger(value) && value >= least && value <= most;
  return [
    ...(isPattern(when) ? [] : [`${path}.when is not a regular expression`]),
    ...(answers.length > 0 && answers.every(isAnswer) ? [] : [`${path}.answers: texts, or objects with message and messageType`]),
    ...(within(delayMs, 0, LONGEST_DELAY_MS) ? [] : [`${path}.delayMs must be a whole number from 0 to ${LONGEST_DELAY_MS}`]),
    ...(within(times, 1, Number.MAX_SAFE_INTEGER) ? [] : [`${path}.times must be a whole number from 1`]),
  ];
}

function isAnswer(answer) {
  if (typeof answer === 'string') return answer !== '';
  return typeof answer?.message === 'object' && answer.message !== null && typeof answer.messageType === 'string';
}

function isPattern(text) {
  try {
    return Boolean(new RegExp(text, 'iu'));
  } catch {
    return false;
  }
}
