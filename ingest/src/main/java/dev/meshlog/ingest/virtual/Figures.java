package dev.meshlog.ingest.virtual;

/**
 * What a virtual node has done since it was started.
 *
 * @param clients connected now
 * @param connected ever
 * @param dropped closed by us, for being slow, silent or not speaking the protocol
 * @param rejected not allowed, or one too many
 * @param refused packets of clients that were not sent
 * @param relayed packets of clients that were handed over for the radio
 * @param leftOut messages for clients that fit into no frame, so that they were not told
 */
public record Figures(
        int clients, long connected, long dropped, long rejected, long refused, long relayed, long leftOut) {}
