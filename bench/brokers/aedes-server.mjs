/** aedes on TCP, WebSocket and, when files are given, TLS: `aedes-server.mjs TCP-PORT WS-PORT [TLS-PORT KEY CERTIFICATE]`. */

import { readFileSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import tls from 'node:tls';
import { Aedes } from 'aedes';
import { createWebSocketStream, WebSocketServer } from 'ws';

const HOST = '127.0.0.1';
const [tcpPort, wsPort, tlsPort, keyFile, certificateFile] = process.argv.slice(2);
const broker = await Aedes.createBroker();

net.createServer({ noDelay: true }, broker.handle).listen(Number(tcpPort), HOST);

const webServer = http.createServer();
new WebSocketServer({ server: webServer, perMessageDeflate: false }).on('connection', (socket, request) => {
  broker.handle(createWebSocketStream(socket), request);
});
webServer.listen(Number(wsPort), HOST);

if (tlsPort !== undefined) {
  const files = { key: readFileSync(keyFile), cert: readFileSync(certificateFile) };
  tls.createServer({ ...files, noDelay: true }, broker.handle).listen(Number(tlsPort), HOST);
}
