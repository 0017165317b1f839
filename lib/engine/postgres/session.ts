/**
 * A session with a server: PostgreSQL's protocol, version 3, as far as statements with parameters need it
 * (https://www.postgresql.org/docs/15/protocol.html).
 *
 * Each statement is parsed by the server once, under a name of its own, and each run of it is one message there and one
 * back, in binary. That is all that a load does, and packages do it at half of the speed of PostgreSQL's own programs:
 * they take values as text, and have queues of their own.
 *
 * A session runs one statement at a time: whoever shares it has to see to that.
 *
 * @module
 */
import { withinTime } from "../../sync/delay.ts";
import { type Credentials, md5Answer, SCRAM, ScramExchange } from "./authentication.ts";
import { type ByteStream, openStream, type PostgresPlace } from "./byte_stream.ts";
import { MessageReader, MessageWriter, type Parameter, type Row } from "./messages.ts";

/** How long a session may take to begin, in milliseconds. */
const CONNECT_TIMEOUT_MS = 5000;

/** Who connects, to which database. */
export interface Login extends Credentials {
  readonly database: string;
}

/** How a server is to send values. */
export type ValueFormat = "text" | "binary";

/** The version of the protocol, in two halves. */
const PROTOCOL = 3 << 16;

/** What a server's messages begin with. */
const AUTHENTICATION = code("R"), DATA_ROW = code("D"), ERROR = code("E"), PARSED = code("1"), READY = code("Z");
/** What an authentication message asks for. */
const OK = 0, CLEARTEXT = 3, MD5 = 5, SASL = 10, SASL_CONTINUE = 11, SASL_FINAL = 12;

function code(letter: string): number {
  return letter.charCodeAt(0);
}

/** A session, from its beginning until it fails or is closed. */
export class Session {
  readonly #stream: ByteStream;
  readonly #reader: MessageReader;
  readonly #writer = new MessageWriter();
  /** The names of what the server has parsed, by text. */
  readonly #parsed = new Map<string, string>();
  #names = 0;
  #isRunning = false;
  #isOver = false;

  private constructor(stream: ByteStream) {
    this.#stream = stream;
    this.#reader = new MessageReader(stream);
  }

  /** @throws {Error} with the server's own message or the system's, when that fails or takes too long */
  static async open(place: PostgresPlace, login: Login): Promise<Session> {
    const givenUp = new AbortController();
    const opening = openStream(place, givenUp.signal);
    opening.catch(() => {});
    try {
      const session = new Session(await withinTime(opening, CONNECT_TIMEOUT_MS));
      await withinTime(session.#logIn(login), CONNECT_TIMEOUT_MS);
      return session;
    } catch (error) {
      givenUp.abort();
      void opening.then((stream) => stream.close(), () => {});
      throw error;
    }
  }

  /** Whether nothing can be run any more. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /**
   * Runs a statement.
   *
   * @returns its rows
   * @throws {Error} with the server's own message when it refuses the statement, or the connection ends
   */
  async run(text: string, parameters: readonly Parameter[], format: ValueFormat): Promise<Row[]> {
    const rows: Row[] = [];
    let refusal: string | undefined;
    try {
      this.#isRunning = true;
      refusal = await this.#exchange({ text, parameters, format }, rows);
    } catch (error) {
      this.#end();
      throw error;
    } finally {
      this.#isRunning = false;
    }
    if (refusal !== undefined) throw new Error(refusal);
    return rows;
  }

  /** Ends it; what is under way fails. */
  async close(): Promise<void> {
    if (this.#isOver) return;
    if (!this.#isRunning) {
      this.#writer.begin("X").end();
      // The server may have ended it before.
      await this.#flush().catch(() => {});
    }
    this.#end();
  }

  /** Sends a statement, and adds the rows that it returns; resolves to why the server refuses it, if so. */
  async #exchange(
    { text, parameters, format }: {
      readonly text: string;
      readonly parameters: readonly Parameter[];
      readonly format: ValueFormat;
    },
    rows: Row[],
  ): Promise<string | undefined> {
    const writer = this.#writer;
    const name = this.#parsed.get(text) ?? `s${++this.#names}`;
    if (!this.#parsed.has(text)) writer.begin("P").text(name).text(text).int16(0).end();
    writer.begin("B").text("").text(name);
    writer.int16(parameters.length);
    for (const value of parameters) writer.int16(value instanceof Uint8Array ? 1 : 0);
    writer.int16(parameters.length);
    for (const value of parameters) writer.value(value);
    writer.int16(1).int16(format === "binary" ? 1 : 0).end();
    writer.begin("E").text("").int32(0).end();
    writer.begin("S").end();
    await this.#flush();

    const reader = this.#reader;
    let refusal: string | undefined;
    for (;;) {
      while (reader.next()) {
        switch (reader.type) {
          case DATA_ROW:
            rows.push(reader.row());
            break;
          case PARSED:
            this.#parsed.set(text, name);
            break;
          case ERROR:
            refusal ??= reader.errorMessage();
            break;
          case READY:
            return refusal;
        }
      }
      // The last words of a server that ends.
      if (!await reader.fill()) throw new Error(refusal ?? "the server has closed the connection");
    }
  }

  async #logIn(login: Login): Promise<void> {
    const { user, database } = login;
    const writer = this.#writer.begin("").int32(PROTOCOL);
    const parameters = { user, database, application_name: "kvlab", client_encoding: "UTF8" };
    for (const [name, value] of Object.entries(parameters)) writer.text(name).text(value);
    writer.text("").end();
    await this.#flush();
    const scram = new ScramExchange(login.password);
    const reader = this.#reader;
    for (;;) {
      while (reader.next()) {
        if (reader.type === READY) return;
        if (reader.type === ERROR) throw new Error(reader.errorMessage());
        if (reader.type === AUTHENTICATION) await this.#authenticate(login, scram);
      }
      if (!await reader.fill()) throw new Error("the server has closed the connection");
    }
  }

  /** Answers a message about authentication. */
  async #authenticate(login: Login, scram: ScramExchange): Promise<void> {
    const reader = this.#reader;
    const asked = reader.int32();
    switch (asked) {
      case OK:
        if (scram.isUnverified) throw new Error("it does not show that it knows the password itself");
        return;
      case CLEARTEXT:
        this.#writer.begin("p").text(login.password).end();
        break;
      case MD5:
        this.#writer.begin("p").text(md5Answer(login, reader.rest())).end();
        break;
      case SASL:
        if (!reader.restText().split("\0").includes(SCRAM)) throw new Error(`it does not take ${SCRAM}`);
        this.#writer.begin("p").text(SCRAM).value(scram.first).end();
        break;
      case SASL_CONTINUE:
        this.#writer.begin("p").rawText(await scram.answer(reader.restText())).end();
        break;
      case SASL_FINAL:
        scram.verify(reader.restText());
        return;
      default:
        throw new Error(`it asks for authentication of kind ${asked}, must be by a password or none`);
    }
    await this.#flush();
  }

  async #flush(): Promise<void> {
    const bytes = this.#writer.take();
    for (let at = 0; at < bytes.length;) at += await this.#stream.write(bytes.subarray(at));
  }

  #end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#stream.close();
  }
}
