if not zfs.exists(root) then return missing() end

-- Also returns whether they were received, from another pool perhaps.
function own_properties(object)
    local properties, received = {}, false
    for name, value, source in zfs.list.user_properties(object) do
        if (source == object or source == "$recvd") and string.sub(name, 1, 4) == "zvpg" then
            properties[name] = value
            received = received or source == "$recvd"
        end
    end
    return properties, received
end

function is_live(properties)
    return string.sub(properties[STATE] or "", 1, 4) == "live"
end

-- The transaction group that a snapshot was taken in; no other one of its dataset was taken in the same.
function taken_in(snapshot, properties, received)
    local told = not received and string.match(properties[STATE] or "", "^live (%d+)")
    return told and tonumber(told) or zfs.get_prop(snapshot, "createtxg")
end

volumes, snapshots, foreign, drafts, left = {}, {}, {}, {}, {}

-- A property that is not a user's costs more than all else about a snapshot, because ZFS opens its file system for it. What a
-- snapshot refers to never changes. What it alone uses (born after the one before it, freed before the one after it) changes
-- only with its neighbours; of the newest one, with each write.
function add_space(to, snapshot, before, after)
    local known = args.known[to.id]
    to.neighbours = before .. " " .. after
    if after == "none" or known ~= to.neighbours then to.used = zfs.get_prop(snapshot, "used") end
    if not known then to.referenced = zfs.get_prop(snapshot, "referenced") end
end

-- Returns whether there are any, ours or not.
function add_snapshots(dataset, volume)
    local taken = {}
    if #dataset < MAX_NAME then
        for snapshot in zfs.list.snapshots(dataset) do
            local properties, received = {}, false
            if volume then properties, received = own_properties(snapshot) end
            table.insert(taken, { name = snapshot, properties = properties,
                                  txg = volume and taken_in(snapshot, properties, received) })
            if not properties[STATE] then foreign[snapshot] = true end
        end
    end
    if volume then
        table.sort(taken, function(a, b) return a.txg < b.txg end)
        for i, snapshot in ipairs(taken) do
            if is_live(snapshot.properties) then
                local before, after = taken[i - 1], taken[i + 1]
                snapshot.properties.volume = volume
                snapshot.properties.id = string.sub(snapshot.name, #dataset + 2)
                add_space(snapshot.properties, snapshot.name, before and before.txg or "none", after and after.txg or "none")
                snapshots[snapshot.properties.id] = snapshot.properties
            end
        end
    end
    return #taken > 0
end

add_snapshots(root, nil)
for child in zfs.list.children(root) do
    local id = volume_id(child)
    local properties = id and own_properties(child) or {}
    if is_live(properties) then
        properties.used = zfs.get_prop(child, "usedbydataset")
        properties.referenced = zfs.get_prop(child, "referenced")
        volumes[id] = properties
        add_snapshots(child, id)
    elseif properties[STATE] then
        -- what was written since its newest snapshot returns its space, which a cut may have come before
        if not add_snapshots(child, id) or zfs.get_prop(child, "written") > 0 then left[id] = true end
    elseif draft(child) or (id and args.claimed[id] and unlabelled(child)) then
        drafts[id] = true
    else
        foreign[child] = true
    end
end
return { answer = "ok", volumes = volumes, snapshots = snapshots, foreign = foreign, drafts = drafts, left = left }
