import { serveRotation } from '../../shell/serve-rotation.ts';
import { source } from './source.ts';

export const handler = serveRotation(source);
