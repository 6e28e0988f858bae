import { drawLiveView } from './live-view.ts';
import { takePagePictures } from './page-pictures.ts';

// The pictures of the documents, from the program itself.
await drawLiveView();
await takePagePictures();
