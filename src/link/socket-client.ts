/**
 * What is used of socket.io's client, and from nowhere else. The build makes a single file of it. The client by itself wants
 * another version of `ws` than the hub does, and transports that are never used. See scripts/bundle-client.js.
 */
// The websocket does not come from socket.io-client, which does not offer it to programs that load it as CommonJS.
export { NodeWebSocket } from 'engine.io-client';
export { io, type Socket } from 'socket.io-client';
