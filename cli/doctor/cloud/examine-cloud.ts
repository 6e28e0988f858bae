import { openCloud } from '../../cloud/open-cloud.ts';
import type { Check } from '../check.ts';
import { examineConnections } from '../connections.ts';
import type { ExamineOptions } from '../examine-options.ts';

export async function examineCloud(options: ExamineOptions, sayProgress: (text: string) => void): Promise<Check[]> {
  const opened = await openCloud(options, () => true);
  return await examineConnections(opened, options, sayProgress);
}
