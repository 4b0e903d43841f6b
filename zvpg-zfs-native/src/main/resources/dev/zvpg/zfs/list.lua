if not zfs.exists(root) then return missing() end

function own_properties(object)
    local properties = {}
    for name, value, source in zfs.list.user_properties(object) do
        if (source == object or source == "$recvd") and string.sub(name, 1, 4) == "zvpg" then
            properties[name] = value
        end
    end
    return properties
end

function is_live(properties)
    return string.sub(properties[STATE] or "", 1, 4) == "live"
end

-- A property that is not a user's costs more than all else about a snapshot, because ZFS opens its file system for it: so
-- what a snapshot refers to, which never changes, is asked once.
function add_space(to, object, used, known)
    to.used = zfs.get_prop(object, used)
    if not known then to.referenced = zfs.get_prop(object, "referenced") end
    return to
end

volumes, snapshots, foreign, left = {}, {}, {}, {}

-- Returns whether there are any, ours or not.
function add_snapshots(dataset, volume)
    local any = false
    if #dataset < MAX_NAME then
        for snapshot in zfs.list.snapshots(dataset) do
            any = true
            local properties = volume and own_properties(snapshot) or {}
            if is_live(properties) then
                local id = string.sub(snapshot, #dataset + 2)
                properties.volume = volume
                snapshots[id] = add_space(properties, snapshot, "used", args.known[id])
            elseif not properties[STATE] then
                foreign[snapshot] = true
            end
        end
    end
    return any
end

add_snapshots(root, nil)
for child in zfs.list.children(root) do
    local id = volume_id(child)
    local properties = id and own_properties(child) or {}
    if is_live(properties) then
        volumes[id] = add_space(properties, child, "usedbydataset")
        add_snapshots(child, id)
    elseif properties[STATE] then
        if not add_snapshots(child, id) then left[id] = true end
    elseif half_made(child) then
        left[id] = true
    else
        foreign[child] = true
    end
end
return { answer = "ok", volumes = volumes, snapshots = snapshots, foreign = foreign, left = left }
