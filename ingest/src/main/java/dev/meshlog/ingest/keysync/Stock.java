package dev.meshlog.ingest.keysync;

import com.google.protobuf.ByteString;
import dev.meshlog.ingest.MeshTables;
import dev.meshlog.schemas.NodeNumber;
import dev.meshlog.schemas.meshtastic.NodeInfo;
import dev.meshlog.schemas.meshtastic.User;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What one radio holds in one session, beside what it should hold. */
final class Stock {
    private final Parts parts;
    private RadioKeys radio = new RadioKeys();
    /** The list that the radio is telling; until it is complete, the former one holds. */
    private @Nullable RadioKeys listing = new RadioKeys();

    private long own;
    private User ownUser = User.getDefaultInstance();
    /** Those whose keys may be given. */
    private final Map<Long, Contact> contacts = new HashMap<>();
    /** Nodes whose keys somebody wants on the radio, though the policy does not. */
    private final Set<Long> demanded = new HashSet<>();

    private final Difference difference = new Difference();

    Stock(Parts parts) {
        this.parts = parts;
    }

    void belongsTo(long radioNode) {
        own = radioNode;
    }

    long own() {
        return own;
    }

    /** As the radio introduces itself on the air. */
    User ownUser() {
        return ownUser;
    }

    RadioKeys radio() {
        return radio;
    }

    Difference difference() {
        return difference;
    }

    void beginListing() {
        listing = new RadioKeys();
    }

    boolean isListing() {
        return listing != null;
    }

    /** How many nodes the list that the radio is telling has by now. */
    int listedNodes() {
        return listing == null ? 0 : listing.listedNodes();
    }

    void endListing(boolean isComplete) {
        if (isComplete && listing != null) {
            radio = listing;
            radio.complete();
        }
        listing = null;
    }

    void listed(NodeInfo node) {
        if (NodeNumber.of(node.getNum()) == own) {
            ownUser = node.getUser();
        }
        if (listing != null) {
            listing.listed(node);
        } else {
            radio.listed(node);
            review(NodeNumber.of(node.getNum()));
        }
    }

    /** The radio has shown what it holds of the node. */
    void learn(long node, Consumer<RadioKeys> what) {
        what.accept(radio);
        radio.forgetOldest().ifPresent(this::review);
        if (listing != null) {
            what.accept(listing);
            var unused = listing.forgetOldest();
        }
        review(node);
    }

    /** A packet of the node came from the air. */
    void heard(long node) {
        radio.heard(node);
        if (listing != null) {
            listing.heard(node);
        }
    }

    void demand(long node) {
        demanded.add(node);
        review(node);
    }

    /**
     * Reads what may be given from the tables. One entry that can't be read does not keep the others from it.
     *
     * @return false when they can't be read now: then all is as before
     */
    boolean readTables() {
        Collection<MeshTables.Entry> entries;
        try {
            entries = parts.tables().entries();
        } catch (RuntimeException e) {
            parts.outside().debug("the tables can't be read, trying again: " + e);
            return false;
        }
        contacts.clear();
        difference.clear();
        entries.forEach(this::review);
        return true;
    }

    void review(long node) {
        parts.tables().entry(node).ifPresentOrElse(this::review, () -> drop(node));
    }

    private void review(MeshTables.Entry entry) {
        long node = entry.node();
        try {
            Optional<Contact> contact = node == own || radio.isIgnored(node) ? Optional.empty() : Contact.of(entry);
            contact.ifPresentOrElse(this::expect, () -> drop(node));
        } catch (RuntimeException e) {
            drop(node);
            parts.outside().debug("the entry of " + NodeNumber.text(node) + " is of no use: " + e);
        }
    }

    private void expect(Contact contact) {
        contacts.put(contact.node(), contact);
        ByteString held = radio.key(contact.node());
        difference.forget(contact.node());
        if (differs(contact)) {
            parts.differences().tell(own, contact, held);
        } else if (isWanted(contact.node())) {
            difference.expect(contact.node(), contact.key(), held);
        }
    }

    private void drop(long node) {
        contacts.remove(node);
        difference.forget(node);
    }

    boolean isWanted(long node) {
        return parts.settings().policy() == KeyPolicy.MISSING || demanded.contains(node);
    }

    /** The radio has another key, and nobody has said that it is the wrong one. */
    boolean differs(Contact contact) {
        ByteString held = radio.key(contact.node());
        return !held.isEmpty() && !held.equals(contact.key()) && !radio.mayReplace(contact);
    }

    boolean isMissing(Contact contact) {
        return !radio.key(contact.node()).equals(contact.key()) && !differs(contact);
    }

    Optional<Contact> contact(long node) {
        return Optional.ofNullable(contacts.get(node));
    }

    /** How many nodes have a key that may be given. */
    int contacts() {
        return contacts.size();
    }

    /** How many of them have another key on the radio, which stays there. */
    int differing() {
        return (int) contacts.values().stream().filter(this::differs).count();
    }

    /** Those whose keys the radio lacks, most recently heard first. */
    List<Contact> missing() {
        var missing = new ArrayList<Contact>();
        contacts.values().stream().filter(this::isMissing).forEach(missing::add);
        missing.sort(Comparator.comparingLong(Contact::lastHeardMs).reversed().thenComparing(Contact::node));
        return missing;
    }

    /** Why the node is not among the contacts. */
    String refusal(long node) {
        if (node == own) {
            return "it is the radio itself";
        }
        if (radio.isIgnored(node)) {
            return "the radio's owner ignores it";
        }
        return parts.tables().entry(node).flatMap(Contact::refusal).orElse("no key of it is known");
    }
}
