import { RemovalPolicy } from 'aws-cdk-lib';

/**
 * Logs outlive what wrote them: they say what was read and delivered, which somebody may ask after a removal. They delete themselves
 * after `logRetentionDays`. A deployment that fails at the first attempt leaves none behind.
 */
export const LOGS_STAY = RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE;
