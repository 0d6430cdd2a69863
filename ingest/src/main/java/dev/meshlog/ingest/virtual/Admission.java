package dev.meshlog.ingest.virtual;

import dev.meshlog.schemas.meshtastic.MeshPacket;
import java.util.Optional;

/**
 * Which packets of clients may go to the radio.
 *
 * @param allowAdmin whether clients may change it
 * @param allowSecrets whether they see its secrets
 */
record Admission(boolean allowAdmin, boolean allowSecrets) {
    static final int ADMIN_PORT = 6;
    /** Wraps a packet of any port, for simulated radios. */
    private static final int SIMULATOR_PORT = 69;

    Optional<Refusal> refusal(MeshPacket packet, int ownNode) {
        if (!packet.hasDecoded()) {
            return Optional.of(Refusal.UNREADABLE);
        }
        return switch (packet.getDecoded().getPortNum()) {
            case ADMIN_PORT -> administration(packet, ownNode);
            case SIMULATOR_PORT -> allowAdmin ? Optional.empty() : Optional.of(Refusal.CHANGES_RADIO);
            default -> Optional.empty();
        };
    }

    private Optional<Refusal> administration(MeshPacket packet, int ownNode) {
        if (packet.getTo() != ownNode) {
            return allowAdmin ? Optional.empty() : Optional.of(Refusal.OTHER_NODE);
        }
        AdminRequest request = AdminRequest.of(packet.getDecoded().getPayload());
        if (request.reads()) {
            return Optional.empty();
        }
        if (!allowAdmin) {
            return Optional.of(Refusal.CHANGES_RADIO);
        }
        return request.replacesSecrets() && !allowSecrets ? Optional.of(Refusal.BLANKED) : Optional.empty();
    }
}
