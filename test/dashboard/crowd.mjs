/**
 * Makes a broker's own process hold very many connected clients: `NODE_OPTIONS=--import=…/crowd.mjs CROWD=50000`. A
 * machine lets one process have some ten thousand sockets, so those here end in this process instead of in the kernel;
 * everything from the listener on is the broker's own. A hundredth of them publishes once a second.
 */

import { EventEmitter } from 'node:events';
import { Server } from 'node:net';

const CLIENTS = Number(process.env.CROWD ?? 0);
const BATCH = 500;
const PUBLISHERS_EACH = 100;

/** As much of a socket as a listener uses; what is written to it is thrown away. */
class DeafSocket extends EventEmitter {
  constructor(number) {
    super();
    this.remoteAddress = `127.${1 + (number >> 14)}.${(number >> 7) & 127}.${1 + (number & 127)}`;
    this.remotePort = 1024 + (number % 60_000);
    this.remoteFamily = 'IPv4';
    this.localAddress = '127.0.0.1';
    this.localPort = 1883;
    this.writableLength = 0;
    this.destroyed = false;
  }

  write(_bytes, written) {
    if (typeof written === 'function') queueMicrotask(written);
    return true;
  }

  destroy() {
    if (this.destroyed) return this;
    this.destroyed = true;
    queueMicrotask(() => this.emit('close', false));
    return this;
  }

  end() {
    return this.destroy();
  }
}

for (const name of ['cork', 'uncork', 'pause', 'resume', 'setNoDelay', 'setKeepAlive', 'setTimeout', 'ref', 'unref']) {
  DeafSocket.prototype[name] = function ignore() {
    return this;
  };
}

const text = (value) => {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes]);
};

function connectBytes(clientId) {
  const body = Buffer.concat([text('MQTT'), Buffer.from([4, 2, 0, 0]), text(clientId)]);
  return Buffer.concat([Buffer.from([0x10, body.length]), body]);
}

function publishBytes(topic) {
  const body = Buffer.concat([text(topic), Buffer.from('21.5')]);
  return Buffer.concat([Buffer.from([0x30, body.length]), body]);
}

function arrive(server, sockets) {
  const first = sockets.length;
  for (let number = first; number < Math.min(CLIENTS, first + BATCH); number++) {
    const socket = new DeafSocket(number);
    sockets.push(socket);
    server.emit('connection', socket);
    setImmediate(() => socket.emit('data', connectBytes(`device-${String(number).padStart(6, '0')}`)));
  }
  if (sockets.length < CLIENTS) setImmediate(arrive, server, sockets);
  else setInterval(publish, 1000, sockets).unref();
}

function publish(sockets) {
  for (let number = 0; number < sockets.length; number += PUBLISHERS_EACH) {
    sockets[number].emit('data', publishBytes(`site/${number}/temperature`));
  }
}

const { listen } = Server.prototype;
let hasArrived = CLIENTS === 0;

Server.prototype.listen = function listenAndFill(...args) {
  // The interface for HTTP is a server of its own kind.
  if (this.constructor === Server && !hasArrived) {
    hasArrived = true;
    this.once('listening', () => setImmediate(arrive, this, []));
  }
  return listen.apply(this, args);
};
