// What a worker process of the property tests is started with.
export * from './monoids.js';
export * from './operations.js';
