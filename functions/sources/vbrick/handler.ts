import { serve } from '../../shell/serve.ts';
import { source } from './source.ts';

export const handler = serve(source);
