import { PageData, type PageOptions } from './data/page-data.ts';
import { servePage } from './server/serve-page.ts';

/** The page, being served. */
export interface Ui {
  /** What a person opens. It works once. */
  readonly address: string;
  close(): Promise<void>;
}

/** Serves the page about a place. The place is closed together with the page. */
export async function startUi(options: PageOptions, port?: number): Promise<Ui> {
  const data = new PageData(options);
  try {
    const served = await servePage(data, port);
    return {
      address: served.address,
      async close() {
        await served.close();
        await data.close();
      },
    };
  } catch (thrown) {
    await data.close();
    throw thrown;
  }
}
