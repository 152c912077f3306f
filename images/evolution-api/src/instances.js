/**
 * Life of an instance: created, loaded after a restart, logged out, removed.
 *
 * Whether it is connected is known in memory alone: an EVOLUTION instance is open from its creation and after every start, and
 * closed from its logout until the next start. The row says what it said at the creation.
 *
 * Source: evolution-api 2.3.7, src/api/controllers/instance.controller.ts, src/api/services/monitor.service.ts.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { INTEGRATIONS } from './contract.js';
import { badRequest } from './http/errors.js';
import { describeError } from './log.js';

/** How long a call that asks for a connection waits for one. */
const CONNECT_MS = 2000;

/**
 * @param {boolean} parts.saves whether the rows bring instances back after a restart
 * @param {string} parts.folder with one folder per instance. Nothing lies in them on this channel; they are made all the same,
 *   so that a container without a writable volume there fails here, and not with the real image
 */
export function createInstances({ bus, folder, log, saves, store }) {
  const served = new Map();
  const add = ({ id, integration, name, number, token }) => {
    served.set(name, { id, integration, name, number, state: firstState(integration), token });
    return served.get(name);
  };
  const isClosed = (name) => badRequest(`The "${name}" instance is not connected`);

  return {
    /** Those in memory, oldest first. */
    all: () => [...served.values()],

    get: (name) => served.get(name),

    /** Brings back the stored instances. The code default saves nothing, and then none is found. */
    load: async () => {
      for (const row of saves ? await store.all() : []) {
        await mkdir(path.join(folder, row.id), { recursive: true });
        add(row);
      }
      log.info('loaded instances', { count: served.size });
    },

    create: async (request) => {
      const { integration, name, number, token = randomUUID().toUpperCase() } = request;
      const row = { id: randomUUID(), name, connectionStatus: firstState(integration), integration, number, token };
      await mkdir(path.join(folder, row.id), { recursive: true });
      await store.insert(row, request.settings, request.webhook);
      const instance = add(row);
      log.info('created', { instance: name, integration });
      if (integration !== INTEGRATIONS.evolution) log.warn('stored only: nothing here ever contacts WhatsApp', { instance: name });
      void bus.emit('instance.create', instance, { instanceName: instance.name, instanceId: instance.id });
      return instance;
    },

    /** Never opens a closed instance: on this channel there is nothing to connect to. */
    connect: async (instance) => {
      if (instance.state === 'close') await wait(CONNECT_MS);
    },

    logout: (instance) => {
      if (instance.state === 'close') throw isClosed(instance.name);
      instance.state = 'close';
      log.info('logged out', { instance: instance.name });
    },

    /**
     * Answers before it is done. The instance is served, closed, until its webhook has heard of it, retries included, and its
     * name is taken until its rows are gone.
     */
    remove: (instance) => {
      instance.state = 'close';
      void bus.emit('instance.delete', instance, { instanceName: instance.name, instanceId: instance.id });
      const finish = async () => {
        await bus.emit('remove.instance', instance, null);
        served.delete(instance.name);
        await store.remove(instance.id);
        await rm(path.join(folder, instance.id), { recursive: true, force: true });
        log.info('removed', { instance: instance.name });
      };
      finish().catch((error) => log.error('an instance was not removed', { instance: instance.name, ...describeError(error) }));
    },
  };
}

function firstState(integration) {
  return integration === INTEGRATIONS.baileys ? 'close' : 'open';
}
