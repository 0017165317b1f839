/**
 * Makes of a state that did not hold a finding: shrinks it, names the writes that it takes, and keeps an image of it.
 *
 * @module
 */
import type { FileSystemName } from "../disk/file_system.ts";
import { stateImage, writeImage } from "../disk/image.ts";
import { nameShrunk } from "../disk/naming.ts";
import type { RecordingDisk } from "../disk/recording_disk.ts";
import type { DiskState, Recording } from "../disk/recording.ts";
import { shrinkState } from "../disk/shrink.ts";
import { given } from "../option/given.ts";
import { removeFile } from "../system/file_io.ts";
import type { Examples, Finding, Problem, StateResult } from "./crash_result.ts";

/** What was found in a state, with examples. */
export interface TriedState extends Examples {
  readonly result: StateResult;
}

/** What a finding is made with. */
export interface FindingParts {
  readonly disk: RecordingDisk;
  readonly fileSystem: FileSystemName;
  /** The one that the state is of, which is the disk's latest. */
  readonly recording: Recording;
  readonly problem: Problem;
  /** Which of the cut's states it was found in, from 1. */
  readonly number: number;
  /** Where the image goes, if it is to be kept. */
  readonly imagePath?: string | undefined;
  /** Puts the disk into a state and judges it. */
  tryState(state: DiskState): Promise<TriedState>;
}

/**
 * Makes a finding. The disk must not be mounted, and is not afterwards.
 *
 * @throws {PersistError} when the image cannot be written
 */
export async function findingOf(state: DiskState, parts: FindingParts): Promise<Finding> {
  const { disk, fileSystem, recording, problem, number, imagePath, tryState } = parts;
  const shrunk = await shrinkState(
    recording,
    state,
    async (state) => (await tryState(state)).result.problem === problem,
  );
  const { missing, trials } = shrunk;
  const found = await tryState(missing);
  const named = await nameShrunk(disk, fileSystem, recording, shrunk);
  if (imagePath !== undefined) {
    // One of an earlier command with the same seed.
    removeFile(imagePath);
    writeImage(stateImage(recording.base, recording.events, missing), imagePath);
  }
  return { problem, state: number, ...found, ...given({ image: imagePath }), ...named, trials };
}
