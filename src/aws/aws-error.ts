// The caller's mistake, in AWS's own code and words. Thrown by operations, written by each protocol's codec.

export class AwsError extends Error {
  readonly code: string;
  readonly status: number;

  /** @param status HTTP status; 400 for nearly everything EC2 and ELBv2 refuse */
  constructor(code: string, message: string, status = 400) {
    super(message);
    this.name = 'AwsError';
    this.code = code;
    this.status = status;
  }
}
