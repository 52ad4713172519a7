// Stands in for the requests of socket.io's polling, which this package never uses.
export const XMLHttpRequest = undefined;
