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
 */
export function run(program, env, cwd) {
  const child = spawn(process.execPath, [SOURCE + program], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal }));
  let output = '';
  let notify = () => {};
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
      notify();
    });
  }
  return {
    ended,
    output: () => output,
    stop: () => {
      child.kill('SIGTERM');
      return ended;
    },
    /** @param {RegExp} pattern @returns {Promise<RegExpMatchArray>} the first match; fails when the process ends before */
    says: (pattern) =>
      new Promise((resolve, reject) => {
        notify = () => {
          const match = output.match(pattern);
          if (match) resolve(match);
        };
        ended.then(() => reject(new Error(`ended before it said ${pattern}:\n${output}`)));
        notify();
      }),
  };
}
