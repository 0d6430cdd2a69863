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
 * @param replacesSecrets it writes a part of the configuration that has keys, passwords or pins in it: from a client that was shown zeros in
 *     their place, they would come back as zeros
 */
record AdminRequest(boolean reads, boolean replacesSecrets) {
    /**
     * Channel, owner, config, module config, canned messages, metadata, ringtone, connection status, remote hardware pins, user interface. Any
     * other one, those of firmware to come included, is taken for a change.
     */
    private static final Set<Integer> READING = Set.of(1, 3, 5, 7, 10, 12, 14, 16, 19, 44);

    private static final int PASSKEY = 101;
    private static final AdminRequest UNREADABLE = new AdminRequest(false, true);

    static AdminRequest of(ByteString payload) {
        try {
            AdminMessage message = AdminMessage.parseFrom(payload);
            Set<Integer> fields = UnknownFieldSet.parseFrom(payload).asMap().keySet();
            boolean reads = fields.stream().anyMatch(READING::contains)
                    && fields.stream().allMatch(field -> field == PASSKEY || READING.contains(field));
            return new AdminRequest(reads, replacesSecrets(message));
        } catch (InvalidProtocolBufferException e) {
            return UNREADABLE;
        }
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
