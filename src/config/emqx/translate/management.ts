/**
 * The dashboard and the API: one interface at the address of the dashboard, or of the API where there is no dashboard, and
 * EMQX's own API at its port beside it.
 */

import type { Translation } from './translation.ts';

const DASHBOARD_PORT = 18_083;
const API_PORT = 8081;

export function translateManagement(translation: Translation): void {
  const isDashboard = translation.isLoaded('emqx_dashboard');
  const isApi = translation.isLoaded('emqx_management');
  translation.set('management.enabled', isDashboard || isApi);
  if (!isDashboard && !isApi) return;
  const { keys } = translation;
  const plugin = isDashboard ? 'dashboard' : 'management';
  const plain = `${plugin}.listener.http`;
  const secure = `${plugin}.listener.https`;
  const isSecure = keys.isWritten(secure) && !keys.isWritten(plain);
  const key = isSecure ? secure : plain;
  const written = keys.isWritten(key) ? key : undefined;
  const { host, port } = keys.address(key) ?? { host: undefined, port: isDashboard ? DASHBOARD_PORT : API_PORT };
  // As in EMQX, a port alone is open to others; who logs in with admin and public has to be on this machine.
  translation.set('management.host', host ?? '0.0.0.0', written);
  translation.set('management.port', port, written);
  if (isApi) translateApi(translation, isDashboard);
  if (!isSecure) {
    translation.lose(secure, 'one address serves both, and http is that');
    return;
  }
  for (const [option, file] of [
    ['certificate_file', 'certfile'],
    ['key_file', 'keyfile'],
  ] as const) {
    const path = keys.text(`${secure}.${file}`);
    if (path === undefined) translation.problem(secure, `needs ${secure}.${file} as well`);
    else translation.set(`management.${option}`, path, `${secure}.${file}`);
  }
}

/** EMQX's own API: a port beside the dashboard, and an application that scripts log in as. */
function translateApi(translation: Translation, isBesideDashboard: boolean): void {
  const { keys } = translation;
  if (isBesideDashboard) {
    const key = 'management.listener.http';
    const { host, port } = keys.address(key) ?? { host: undefined, port: API_PORT };
    const written = keys.isWritten(key) ? key : undefined;
    translation.set('management.emqx_api.host', host ?? '0.0.0.0', written);
    translation.set('management.emqx_api.port', port, written);
  }
  for (const [option, name, usual] of [
    ['application_id', 'id', 'admin'],
    ['application_secret', 'secret', 'public'],
  ] as const) {
    const key = `management.default_application.${name}`;
    translation.set(`management.emqx_api.${option}`, keys.text(key) ?? usual, keys.isWritten(key) ? key : undefined);
  }
}
