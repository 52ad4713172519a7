/** Imports RxJS, and does nothing with it. */
import 'rxjs';
import { printSinceStart } from './since-start.js';

printSinceStart(42);
