package dev.meshlog.ingest;

import dev.meshlog.ingest.radio.RadioPorts;
import java.nio.file.Path;
import java.time.Clock;
import java.util.random.RandomGenerator;

/**
 * What links share.
 *
 * @param spools where each live link has a directory
 * @param clock for the time at which something was received
 * @param random for pauses and nonces
 * @param claims which radio belongs to which link
 * @param ports where others hear and speak to the radio of a link
 */
public record LinkContext(Path spools, Clock clock, RandomGenerator random, RadioClaims claims, RadioPorts ports) {}
