/**
 * Frames between two repositories: messages, data, and signs of life, each with a checksum. Not part of the API.
 *
 * <p>A frame is a byte that says its kind, the length of its content, a CRC-32C of both and the content, and the content.
 * What comes is bounded before it is read, and nothing that is compressed may become larger than what was not.
 */
@NullMarked
package dev.zvpg.internal.wire;

import org.jspecify.annotations.NullMarked;
