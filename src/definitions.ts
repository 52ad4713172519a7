/** What modules of operations use: all that they define, and what may be thrown there. */
export { FatalError, TransientError, type ThrownKind } from './errors/operation-errors.js';
export { PaladinError, type ErrorCode, type ErrorDetails } from './errors/paladin-error.js';
export { defineMonoid, type Combine, type Monoid, type MonoidFactory } from './operation/monoid.js';
export {
  defineOperation,
  type ArgsOptions,
  type CreatingOptions,
  type Execute,
  type ExecutingOptions,
  type InputOptions,
  type NamedOptions,
  type NoOutputOptions,
  type Operation,
  type OperationContext,
  type OperationFactory,
  type OutputOptions,
} from './operation/operation.js';
export { createFlatted, flatted } from './serializer/flatted.js';
export { isSerializer } from './serializer/is-serializer.js';
export { createMsgpack, msgpack } from './serializer/msgpack.js';
export { NotSerializableError, type ClassCodec, type Serializer, type SerializerOptions } from './serializer/serializer.js';
