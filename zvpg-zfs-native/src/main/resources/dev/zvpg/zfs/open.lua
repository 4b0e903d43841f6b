if not zfs.exists(root) then return missing() end
-- datasets that were to become the root, see Root.java: it exists, so nobody needs them any more
halves = {}
parent = string.match(root, "^(.*)/")
prefix = root .. ".zvpg-new-"
if parent then
    for child in zfs.list.children(parent) do
        if string.sub(child, 1, #prefix) == prefix then halves[child] = true end
    end
end
return { answer = "ok", mountpoint = zfs.get_prop(root, "mountpoint"),
         keyformat = zfs.get_prop(root, "keyformat"), halves = halves }
