import { confText } from './conf.ts';

/** The id of the add-on, which is also the name of its folder. */
export const APP_ID = 'TA-tidemark';

/** `app.conf`, with the version of Tidemark. */
export function appConf(version: string): string {
  return confText('Made by `npm run generate`.', {
    install: { is_configured: 'false', state: 'enabled', build: 1 },
    ui: { is_visible: 'true', label: 'Tidemark' },
    launcher: {
      author: 'Tidemark',
      version,
      description: 'Audit events that Tidemark forwards: CIM fields, lookups, detections and a dashboard.',
    },
    // The add-on is not on Splunkbase: Splunk would ask there for another one of this name.
    package: { id: APP_ID, check_for_updates: 'false' },
    id: { name: APP_ID, version },
  });
}
