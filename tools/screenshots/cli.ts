import { drawLiveView } from './live-view.ts';

// The pictures of the documents, from the program itself.
await drawLiveView();
