// A front end holds the buckets of its own region. Asked for another's, it says where that is; asked with a signature for
// another region than the bucket's, it says which one was expected.

import type { Bucket } from '../../cloud/bucket.ts';
import { isOptInRegion } from '../../cloud/region.ts';
import type { SignedCall } from './call.ts';
import { S3Error } from './errors.ts';

/** @throws PermanentRedirect, AuthorizationHeaderMalformed, IllegalLocationConstraintException */
export function checkRegion(call: SignedCall, bucket: Bucket): void {
  const headers = { 'x-amz-bucket-region': bucket.region };
  if (call.region !== bucket.region) {
    // AWS: a region that has to be asked for is not made known by the others.
    if (isOptInRegion(bucket.region)) throw illegalLocationConstraint(bucket.region, headers);
    throw permanentRedirect(bucket, headers);
  }
  const { scope, authType } = call.signed;
  if (!scope || scope.region === bucket.region) return;
  const details = { Region: bucket.region };
  const wrong = `the region '${scope.region}' is wrong; expecting '${bucket.region}'`;
  throw authType === 'REST-QUERY-STRING'
    ? new S3Error(
        'AuthorizationQueryParametersError',
        `Error parsing the X-Amz-Credential parameter; ${wrong}`,
        400,
        { details, headers },
      )
    : new S3Error('AuthorizationHeaderMalformed', `The authorization header is malformed; ${wrong}`, 400, {
        details,
        headers,
      });
}

function permanentRedirect({ bucketName, region }: Bucket, headers: Record<string, string>): S3Error {
  return new S3Error(
    'PermanentRedirect',
    'The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.',
    301,
    { details: { Endpoint: `${bucketName}.s3.${region}.amazonaws.com`, Bucket: bucketName }, headers },
  );
}

/** @param constraint a region, or `unspecified` */
export function illegalLocationConstraint(constraint: string, headers: Record<string, string> = {}): S3Error {
  return new S3Error(
    'IllegalLocationConstraintException',
    `The ${constraint} location constraint is incompatible for the region specific endpoint this request was sent to.`,
    400,
    { headers },
  );
}
