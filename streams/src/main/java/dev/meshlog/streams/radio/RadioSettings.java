package dev.meshlog.streams.radio;

import java.util.List;

/**
 * What decides what the tables hold: two runs over the same frames and decisions are equal when these are.
 *
 * @param privateKeys of nodes whose direct messages are to be read
 */
public record RadioSettings(ChannelKeys channels, List<PrivateKey> privateKeys, RadioLimits limits) {
    public RadioSettings {
        privateKeys = List.copyOf(privateKeys);
    }

    /** Without private keys, with the usual limits. */
    public static RadioSettings of(ChannelKeys channels) {
        return new RadioSettings(channels, List.of(), RadioLimits.DEFAULTS);
    }
}
