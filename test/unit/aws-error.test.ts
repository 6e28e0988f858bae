import { expect, test } from 'vitest';
import { sayAwsError } from '../../cli/cloud/aws-error.ts';

test('what AWS refuses for a reason that nobody foresaw claims nothing about what was done before', () => {
  const thrown = Object.assign(new Error('The bucket is frozen'), { name: 'OperationAborted' });

  const { message, remedy } = sayAwsError('x.gz has been sent again and cannot be removed', thrown);

  expect(message).toBe('x.gz has been sent again and cannot be removed: OperationAborted: The bucket is frozen');
  expect(remedy).not.toMatch(/nothing/);
});

test('what Lambda does not take may have been drained', () => {
  const thrown = Object.assign(new Error('Rate Exceeded.'), { name: 'TooManyRequestsException' });

  expect(sayAwsError('x could not be invoked', thrown).remedy).toContain('tidemark drain --cloud --resume');
});
