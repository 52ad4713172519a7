/** What runs in each Web Worker. */
import { serveOperations } from 'paladin-rx/worker';
import * as operations from './operations.js';
import { listenForTab } from './this-tab.js';

listenForTab();
serveOperations(operations);
