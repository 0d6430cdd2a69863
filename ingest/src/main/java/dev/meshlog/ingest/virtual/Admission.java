package dev.meshlog.ingest.virtual;

import dev.meshlog.schemas.meshtastic.MeshPacket;
import dev.meshlog.schemas.meshtastic.ToRadio;
import java.util.Optional;

/**
 * Which packets of clients may go to the radio.
 *
 * @param allowAdmin whether clients may change it
 * @param allowSecrets whether they see its secrets
 */
record Admission(boolean allowAdmin, boolean allowSecrets) {
    static final int ADMIN_PORT = 6;
    /** Switches pins of the radio, or of another one. */
    private static final int REMOTE_HARDWARE_PORT = 2;
    /** Wraps a packet of any port, for simulated radios. */
    private static final int SIMULATOR_PORT = 69;

    /** Of the protocol's {@code ToRadio}, in bytes. */
    private static final int LARGEST = 504;
    /** Of what a packet carries, in bytes. */
    private static final int LARGEST_PAYLOAD = 233;

    /** @param packet as it would go: a radio that gets a frame too long looks for another one inside of it, and obeys that */
    Optional<Refusal> refusal(MeshPacket packet, int ownNode) {
        if (!packet.hasDecoded()) {
            return Optional.of(Refusal.UNREADABLE);
        }
        int size = ToRadio.newBuilder().setPacket(packet).build().getSerializedSize();
        if (size > LARGEST || packet.getDecoded().getPayload().size() > LARGEST_PAYLOAD) {
            return Optional.of(Refusal.TOO_LARGE);
        }
        return switch (packet.getDecoded().getPortNum()) {
            case ADMIN_PORT -> administration(packet, ownNode);
            case SIMULATOR_PORT, REMOTE_HARDWARE_PORT ->
                allowAdmin ? Optional.empty() : Optional.of(Refusal.CHANGES_RADIO);
            default -> Optional.empty();
        };
    }

    /** Whether it changes the device's configuration, when it gets there. */
    static boolean changesConfiguration(MeshPacket packet, int ownNode) {
        return packet.getDecoded().getPortNum() == ADMIN_PORT
                && packet.getTo() == ownNode
                && AdminRequest.of(packet.getDecoded().getPayload()).changesConfiguration();
    }

    private Optional<Refusal> administration(MeshPacket packet, int ownNode) {
        AdminRequest request = AdminRequest.of(packet.getDecoded().getPayload());
        boolean own = packet.getTo() == ownNode;
        if (own && request.reads()) {
            return Optional.empty();
        }
        if (!allowAdmin) {
            return Optional.of(own ? Refusal.CHANGES_RADIO : Refusal.OTHER_NODE);
        }
        return request.replacesSecrets() && !allowSecrets ? Optional.of(Refusal.BLANKED) : Optional.empty();
    }
}
