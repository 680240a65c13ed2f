# METADATA
# description: Paths of the node.
package lib.host_path

# clean(path): without needless slashes and dots; /var/run is a link to /run.
clean(path) := regex.replace(concat("/", ["", concat("/", _parts(path))]), `^/var/run(/|$)`, "/run$1")

_parts(path) := [part | some part in split(path, "/"); not part in {"", "."}]

# within(path, directory): it is the directory, or lies in it; both are clean.
within(path, directory) if path == directory

within(path, directory) if startswith(path, concat("", [trim_suffix(directory, "/"), "/"]))
