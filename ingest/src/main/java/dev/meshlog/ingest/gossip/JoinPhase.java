package dev.meshlog.ingest.gossip;

/** How far a node has come with joining its network, in this order. */
public enum JoinPhase {
    /** No peer has said yet how far the network is. Vertices are kept from the first peer on. */
    CONNECTING,
    /** Chunks of a snapshot come from peers. */
    DOWNLOADING,
    /** The snapshot is held against the state root that a quorum signed. */
    VERIFYING,
    /** The ledger takes the state in. */
    APPLYING,
    /** The ledger takes the vertices behind the state, or all of them. */
    REPLAYING,
    /** As far as its peers, with a certificate for what it has. */
    LIVE
}
