import { handshake, type Role, type Tokens } from './handshake.js';
import { anyOutgoing, decodePacket, encodePacket, messagesIn, messagesPacket, packetTypes } from './packets.js';
import { UpgradedConnection } from './upgraded-connection.js';
import { opcodes } from './websocket-frame.js';

/** Whom the hub takes a connection for. */
export type Standing = 'stranger' | Role;

/** A connection to a namespace of the hub: let in, if it showed the token. */
export class FuzzPeer {
  readonly connection: UpgradedConnection;
  readonly nsp: string;

  private constructor(connection: UpgradedConnection, nsp: string) {
    this.connection = connection;
    this.nsp = nsp;
  }

  /** Undefined when the hub does not let it in. */
  static async connect(port: number, role: Role, tokens: Tokens, key: string): Promise<FuzzPeer | undefined> {
    const connection = await UpgradedConnection.open(port);
    if (connection === undefined) return undefined;
    const nsp = `/${role}`;
    connection.send(encodePacket({ type: packetTypes.connect, nsp, data: handshake(key, tokens[role]) }));
    const answer = await connection.next(({ opcode, payload }) => {
      return opcode === opcodes.binary && decodePacket(payload)?.type !== packetTypes.event;
    });
    if (answer !== undefined && decodePacket(answer.payload)?.type === packetTypes.connect) return new FuzzPeer(connection, nsp);
    connection.raw.close();
    return undefined;
  }

  send(...messages: readonly unknown[]): void {
    this.connection.send(messagesPacket(this.nsp, messages.map(anyOutgoing)));
  }

  onMessage(listener: (message: unknown) => void): void {
    this.connection.onBinary((packet) => {
      for (const message of messagesIn(decodePacket(packet))) listener(message);
    });
  }

  /** Leaves in good order, so that the hub does not wait for it. */
  leave(): void {
    this.connection.send(encodePacket({ type: packetTypes.disconnect, nsp: this.nsp }));
    this.connection.raw.end();
  }
}
