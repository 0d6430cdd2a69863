package dev.meshlog.ingest.keysync;

import com.google.protobuf.ByteString;
import dev.meshlog.ingest.FirmwareUser;
import dev.meshlog.ingest.MeshTables;
import dev.meshlog.schemas.NodeNumber;
import dev.meshlog.schemas.meshtastic.SharedContact;
import dev.meshlog.schemas.meshtastic.User;
import dev.meshlog.schemas.radio.KeyState;
import dev.meshlog.schemas.radio.PublicKeyEntry;
import dev.meshlog.schemas.radio.RadioNode;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A node whose key a radio may be given.
 *
 * @param former keys that the operator decided against: where a radio still has one of them, it may be overwritten
 * @param lastHeardMs 0 when nobody said
 * @param message what the radio is told
 */
record Contact(
        long node, ByteString key, boolean verified, Set<ByteString> former, long lastHeardMs, SharedContact message) {
    private static final int KEY = 32;

    Contact {
        former = Set.copyOf(former);
    }

    /** Why the key of this entry is not given to any radio; empty when it may be. */
    static Optional<String> refusal(MeshTables.Entry entry) {
        PublicKeyEntry key = entry.key();
        if (!NodeNumber.isNode(entry.node())) {
            return Optional.of("it is no node");
        }
        if (key == null) {
            return Optional.of("no key of it is known");
        }
        // An empty key erases the one that the radio has.
        ByteString bytes = bytes(key.getKey().bytes());
        if (bytes.size() != KEY || isZero(bytes)) {
            return Optional.of("its key is empty or short");
        }
        return key.getState() == KeyState.PINNED || key.getState() == KeyState.VERIFIED
                ? Optional.empty()
                : Optional.of("its key is in state " + key.getState());
    }

    /** Empty when there is a {@link #refusal}. */
    static Optional<Contact> of(MeshTables.Entry entry) {
        PublicKeyEntry key = entry.key();
        if (key == null || refusal(entry).isPresent()) {
            return Optional.empty();
        }
        var former = new HashSet<ByteString>();
        key.getPrevious().forEach(each -> former.add(bytes(each.getKey().bytes())));
        key.getRefused().forEach(each -> former.add(bytes(each.getKey().bytes())));
        RadioNode facts = entry.facts();
        boolean verified = key.getState() == KeyState.VERIFIED;
        ByteString bytes = bytes(key.getKey().bytes());
        return Optional.of(new Contact(
                entry.node(),
                bytes,
                verified,
                former,
                facts == null || facts.getLastHeardMs() == null
                        ? 0
                        : facts.getLastHeardMs().toEpochMilli(),
                SharedContact.newBuilder()
                        .setNodeNum((int) entry.node())
                        .setManuallyVerified(verified)
                        .setUser(user(entry.node(), facts).setPublicKey(bytes))
                        .build()));
    }

    /** Whether the operator and the air have said nothing new of the node's key. */
    boolean hasKeyOf(Contact other) {
        return key.equals(other.key) && verified == other.verified && former.equals(other.former);
    }

    private static User.Builder user(long node, @Nullable RadioNode facts) {
        User.Builder user = User.newBuilder().setId(ByteString.copyFromUtf8(NodeNumber.text(node)));
        if (facts == null) {
            return user;
        }
        if (facts.getLongName() != null) {
            user.setLongName(FirmwareUser.longName(facts.getLongName()));
        }
        if (facts.getShortName() != null) {
            user.setShortName(FirmwareUser.shortName(facts.getShortName()));
        }
        FirmwareUser.add(facts, user);
        return user;
    }

    private static boolean isZero(ByteString bytes) {
        for (int i = 0; i < bytes.size(); i++) {
            if (bytes.byteAt(i) != 0) {
                return false;
            }
        }
        return true;
    }

    private static ByteString bytes(byte[] key) {
        return ByteString.copyFrom(key);
    }
}
