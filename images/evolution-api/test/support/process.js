/**
 * Runs the twin's own programs as processes of their own, the way a container does.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const SOURCE = fileURLToPath(new URL('../../src/', import.meta.url));

/**
 * @param {string} program path below `src`
 * @param {Record<string, string>} env the whole environment
 * @param {string} cwd
 * @param {string[]} [args]
 */
export function run(program, env, cwd, args = []) {
  const child = spawn(process.execPath, [SOURCE + program, ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal }));
  let output = '';
  const waiting = new Set();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
      for (const look of waiting) look();
    });
  }
  return {
    ended,
    output: () => output,
    stop: () => {
      child.kill('SIGTERM');
      return ended;
    },
    /**
     * @param {RegExp} pattern
     * @param {number} [from] what was said before this place of the output does not count
     * @returns {Promise<RegExpMatchArray>} the first match; fails when the process ends before
     */
    says: (pattern, from = 0) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const match = output.slice(from).match(pattern);
          if (!match) return;
          waiting.delete(look);
          resolve(match);
        };
        waiting.add(look);
        ended.then(() => reject(new Error(`ended before it said ${pattern}:\n${output}`)));
        look();
      }),
  };
}
