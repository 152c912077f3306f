/**
 * How much of request bodies is in memory at once, over all requests: the largest one that is allowed, and no more.
 *
 * The real server has no such bound. A container with a memory limit would be killed by a handful of large files, and
 * with it go all conversations; a refused caller may come again.
 */
/** @typedef {{take: (bytes: number) => boolean, leave: () => void}} Place */

/** @param {number} limitBytes */
export function createRoom(limitBytes) {
  let held = 0;
  return {
    /** @returns {Place} what one request holds, until it leaves */
    open: () => {
      let own = 0;
      return {
        take: (bytes) => {
          if (held + bytes > limitBytes) return false;
          held += bytes;
          own += bytes;
          return true;
        },
        leave: () => {
          held -= own;
          own = 0;
        },
      };
    },
  };
}
