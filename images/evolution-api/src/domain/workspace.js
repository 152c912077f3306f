/**
 * One folder per instance below `/evolution/instances`, as the real server keeps them.
 *
 * Nothing is stored there for the EVOLUTION channel. The folders are made all the same, so that a container without a
 * writable volume at that path fails here, in development, and not with the real image.
 */
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';

/** @param {string} root absolute, or relative to the working directory */
export function createWorkspace(root) {
  const folder = (instanceId) => path.join(root, instanceId);
  return {
    /** @param {string} instanceId */
    make: (instanceId) => mkdir(folder(instanceId), { recursive: true }),
    /** @param {string} instanceId */
    remove: (instanceId) => rm(folder(instanceId), { recursive: true, force: true }),
  };
}
