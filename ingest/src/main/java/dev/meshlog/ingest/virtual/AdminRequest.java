package dev.meshlog.ingest.virtual;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import dev.meshlog.schemas.meshtastic.AdminMessage;
import dev.meshlog.schemas.meshtastic.Config;
import dev.meshlog.schemas.meshtastic.ModuleConfig;
import java.util.Set;

/**
 * What a message to a radio's admin port wants.
 *
 * @param reads it changes nothing in the radio
 * @param changesConfiguration or may do so; the clock, the list of nodes and starting anew are no part of it
 * @param replacesSecrets it writes a part of the configuration that has keys, passwords or pins in it: from a client that was shown zeros in
 *     their place, they would come back as zeros
 */
record AdminRequest(boolean reads, boolean changesConfiguration, boolean replacesSecrets) {
    /**
     * Channel, owner, config, module config, canned messages, metadata, ringtone, connection status, remote hardware pins, user interface. Any
     * other one, those of firmware to come included, is taken for a change.
     */
    private static final Set<Integer> READING = Set.of(1, 3, 5, 7, 10, 12, 14, 16, 19, 44);

    /**
     * Removing, favouring, ignoring and muting a node, adding a contact, forgetting all nodes; the time, which apps set at each connection;
     * restart and shutdown.
     */
    private static final Set<Integer> BESIDE_CONFIGURATION = Set.of(38, 39, 40, 43, 47, 48, 49, 66, 97, 98, 100);

    private static final int PASSKEY = 101;
    private static final AdminRequest UNREADABLE = new AdminRequest(false, true, true);

    static AdminRequest of(ByteString payload) {
        try {
            AdminMessage message = AdminMessage.parseFrom(payload);
            Set<Integer> fields = UnknownFieldSet.parseFrom(payload).asMap().keySet();
            boolean reads = consistsOf(READING, fields);
            boolean changes = !reads && !consistsOf(BESIDE_CONFIGURATION, fields);
            return new AdminRequest(reads, changes, replacesSecrets(message));
        } catch (InvalidProtocolBufferException e) {
            return UNREADABLE;
        }
    }

    private static boolean consistsOf(Set<Integer> known, Set<Integer> fields) {
        return fields.stream().anyMatch(known::contains)
                && fields.stream().allMatch(field -> field == PASSKEY || known.contains(field));
    }

    private static boolean replacesSecrets(AdminMessage message) {
        return switch (message.getPayloadVariantCase()) {
            case SET_CHANNEL, STORE_UI_CONFIG -> true;
            case SET_CONFIG ->
                message.getSetConfig().getPayloadVariantCase() != Config.PayloadVariantCase.PAYLOADVARIANT_NOT_SET;
            case SET_MODULE_CONFIG ->
                message.getSetModuleConfig().getPayloadVariantCase()
                        != ModuleConfig.PayloadVariantCase.PAYLOADVARIANT_NOT_SET;
            default -> false;
        };
    }
}
