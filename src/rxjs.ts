/**
 * What is used of RxJS, from the files that hold it. RxJS as a whole takes 40 ms to load, in the program and again in each of its
 * threads. These are the very classes that `rxjs` exports: it exports its inner files, too, by the same conditions.
 */
export { Observable } from 'rxjs/internal/Observable';
export { Subscription } from 'rxjs/internal/Subscription';
export { isObservable } from 'rxjs/internal/util/isObservable';
