// The policy an endpoint has when it is given none: full access, in the very text AWS answers with.

export const defaultEndpointPolicy = `{
  "Version": "2008-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Principal": "*",
      "Action": "*",
      "Resource": "*"
    }
  ]
}`;
