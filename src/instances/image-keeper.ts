// The machine image of one daemon: built when the first instance asks for it, and what to say about it meanwhile.

import { ensureImage, hasImage } from './image.ts';

export interface ImageStatus {
  state: 'missing' | 'building' | 'ready' | 'failed';
  /** The last line of progress or of failure. */
  progress?: string;
}

export interface ImageKeeper {
  /** The folder of the finished image. Those who ask while it is built share the wait; a failure is tried again. */
  ensure(): Promise<string>;
  status(): ImageStatus;
}

export function createImageKeeper(): ImageKeeper {
  let building: Promise<string> | undefined;
  let last: ImageStatus | undefined;
  return {
    ensure() {
      if (!building && !hasImage()) last = { state: 'building' };
      building ??= ensureImage({ onProgress: (progress) => (last = { state: 'building', progress }) }).then(
        (folder) => {
          last = { state: 'ready' };
          return folder;
        },
        (error: Error) => {
          building = undefined;
          last = { state: 'failed', progress: error.message };
          throw error;
        },
      );
      return building;
    },
    status: () => last ?? { state: hasImage() ? 'ready' : 'missing' },
  };
}
