/** Who signed a call, as the gateway found out from the access key of the signature. */
export interface Caller {
  /** Twelve digits: the account of the credentials, not of the resource. */
  readonly account: string;
  /** The region of the credential scope. */
  readonly region: string;
  /** `arn:aws:iam::<account>:root`, or `arn:aws:sts::<account>:assumed-role/<role>/<session>`. */
  readonly arn: string;
  /** Name of the role behind an assumed-role session, null for root. */
  readonly role: string | null;
  readonly accessKeyId: string;
  readonly sessionName: string | null;
  readonly sourceIdentity: string | null;
  /** Inline session policy of AssumeRole as JSON text, null when there was none. */
  readonly sessionPolicy: string | null;
}

/** One HTTP request after its signature was checked, whole body read. */
export interface ServiceRequest {
  readonly caller: Caller;
  readonly method: string;
  /** Percent-encoded path as sent, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** `http://127.0.0.1:<port>` of the gateway. */
  readonly endpoint: string;
  readonly requestId: string;
}

export interface ServiceResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | string;
}

/** What a request asks for, read from headers, path and body before it is carried out. */
export interface Identified {
  /** API name, for example `BatchWriteItem`. */
  readonly operation: string;
  /** ARN of the resource (the first, where there are several), or null where the operation has none. */
  readonly resource: string | null;
}

/**
 * The emulator of one AWS service: state for all accounts and regions, answers in the wire form of the service.
 * Unknown operations, unknown members, missing required members and wrong enum values are refused as the service does.
 */
export interface Service {
  /** IAM prefix: `dynamodb`, `s3`, `sts`, `iam`, `states`, `kms`, `sns`, `secretsmanager`, `logs` … */
  readonly name: string;
  /** Names in the credential scope that lead here, usually one. */
  readonly signingNames: readonly string[];
  identify(request: ServiceRequest): Identified;
  handle(request: ServiceRequest, identified: Identified): Promise<ServiceResponse>;
  /** An error in the service's own wire form; `status` defaults to what the service uses for that code. */
  refuse(request: ServiceRequest, error: ServiceError): ServiceResponse;
  /** Ends child processes and timers. */
  close?(): Promise<void>;
}

/** An error answer of an emulated service: `code` is the wire name, for example `ResourceNotFoundException`. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  readonly code: string;
  readonly status: number;
  /** Further members of the error's body, for example `ThrottlingReasons` or `CancellationReasons`. */
  readonly members: Readonly<Record<string, unknown>>;
  constructor(code: string, message: string, status = 400, members: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.code = code;
    this.status = status;
    this.members = members;
  }
}

/** One line of `GET /_local/calls`, `units` only with `?units`. */
export interface RecordedCall {
  readonly at: string;
  readonly account: string;
  readonly role: string | null;
  readonly service: string;
  readonly operation: string;
  readonly resource: string | null;
  readonly allowed: boolean;
  readonly fault: string | null;
  /**
   * What a data call of DynamoDB consumed, in read or write units, those of all its tables and their indexes together;
   * told by the answer, for callers that ask for it by `ReturnConsumedCapacity`. Absent for every other call.
   */
  readonly units?: number;
}
