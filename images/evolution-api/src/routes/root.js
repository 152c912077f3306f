/** What is served without a key: the greeting and the manager's page. */
import { readFileSync } from 'node:fs';
import { CONTRACT_VERSION } from '../contract.js';
import { notFound } from '../http/errors.js';

const PAGE = new URL('../../manager/index.html', import.meta.url);

export function rootRoutes(settings) {
  const page = readFileSync(PAGE, 'utf8');
  const manager = () => {
    if (settings.server.managerDisabled) throw notFound('Cannot GET /manager');
    return { status: 200, text: page, type: 'text/html; charset=utf-8' };
  };
  return [
    { method: 'GET', path: '/', handle: ({ host }) => ({ status: 200, body: greeting(settings, host) }) },
    { method: 'GET', path: '/manager/*', handle: manager },
  ];
}

function greeting({ database, server }, host) {
  return {
    status: 200,
    message: 'Evolution API twin: it answers, and it never contacts WhatsApp',
    version: CONTRACT_VERSION,
    clientName: database.clientName,
    manager: server.managerDisabled ? undefined : `http://${host}/manager`,
    documentation: 'https://doc.evolution-api.com',
    whatsappWebVersion: '0.0.0',
  };
}
