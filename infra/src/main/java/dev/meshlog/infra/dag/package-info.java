/** Pictures of DAGs. */
@NullMarked
package dev.meshlog.infra.dag;

import org.jspecify.annotations.NullMarked;
