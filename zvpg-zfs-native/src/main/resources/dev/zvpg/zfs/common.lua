-- The beginning of every program: what a name and a property mean in a storage. See Program.java.
args = ...
root = args.root
-- Of our own objects: "destroyed" when only something that grew from it needs it, or else "live", the transaction group
-- and the time in milliseconds that it was made in, and the identity of a volume's origin. All in one: whatever is asked
-- of an object opens and closes it again, which is most of a listing's time.
STATE = "zvpg.storage:state"
-- Of a volume that a snapshot is received into: the identity of that.
RECEIVING = "zvpg.storage:receiving"
-- When the last of it came, in milliseconds.
HEARD = "zvpg.storage:heard"
MAX_NAME = 255 -- bytes

-- A property that is the object's own: a child inherits its parent's user properties, a snapshot its dataset's.
function own(object, property)
    local value, source = zfs.get_prop(object, property)
    if source == object or source == "$recvd" then return value end
end

function state(object)
    if #object <= MAX_NAME and zfs.exists(object) then
        return string.match(own(object, STATE) or "", "^%a+")
    end
end

function live_since(object, origin)
    return "live " .. zfs.get_prop(object, "createtxg") .. " " .. args.now .. " " .. (origin or "")
end

-- The next two never ask for the children or snapshots of a name that has no room for any: the pool would hang.
function first_child(dataset)
    if #dataset < MAX_NAME then
        for child in zfs.list.children(dataset) do return child end
    end
end

function first_snapshot(dataset)
    if #dataset < MAX_NAME then
        for snapshot in zfs.list.snapshots(dataset) do return snapshot end
    end
end

function dataset_of(snapshot)
    return string.match(snapshot, "^(.*)@")
end

-- The identity of a volume, from the name of a dataset that a storage made.
function volume_id(dataset)
    return string.match(string.sub(dataset, #root + 2), "^([a-z0-9][a-z0-9-]*)%.zvpg$")
end

-- The full name of a snapshot that is not destroyed; the hint is the dataset it was last seen in.
function find(id, hint)
    if hint and state(hint .. "@" .. id) == "live" then return hint .. "@" .. id end
    if not zfs.exists(root) then return end
    for child in zfs.list.children(root) do
        local name = child .. "@" .. id
        if volume_id(child) and state(name) == "live" then return name end
    end
end

-- The objects that changes are for, or else the index of the first one that is missing.
function targets_of(changes)
    local targets = {}
    for i, change in pairs(changes) do
        local target = change.volume
        if target then
            if state(target) ~= "live" then return nil, i end
        else
            target = find(change.snapshot, change.hint)
            if not target then return nil, i end
        end
        targets[i] = target
    end
    return targets
end

-- Changes the properties of all targets, or tries whether that can be done. First all are tried and then all are made,
-- because a program is not rolled back.
function apply(functions, changes, targets)
    for i, change in pairs(changes) do
        for property, value in pairs(change.set) do
            local failed = functions.set_prop(targets[i], property, value)
            if failed ~= 0 then return failed end
        end
        for property in pairs(change.remove) do
            if own(targets[i], property) then
                local failed = functions.inherit(targets[i], property)
                if failed ~= 0 then return failed end
            end
        end
    end
    return 0
end

function missing(index)
    return { answer = zfs.exists(root) and "missing" or "no root", index = index }
end

-- Destroys datasets of destroyed volumes that nothing needs any more: this one, then perhaps the one it was cloned from.
function reap(dataset)
    while dataset and state(dataset) == "destroyed" and not first_snapshot(dataset) and not first_child(dataset) do
        local origin = zfs.get_prop(dataset, "origin")
        if zfs.sync.destroy(dataset) ~= 0 then return end
        dataset = origin and dataset_of(origin)
    end
end

-- Destroys a dataset without snapshots, and what lived on for its sake only.
function destroy(dataset)
    local origin = zfs.get_prop(dataset, "origin")
    local failed = zfs.sync.destroy(dataset)
    if failed == 0 and origin then reap(dataset_of(origin)) end
    return failed
end

-- The full name of the snapshot that is received into a draft; it is there when all of it has come.
function received(dataset)
    local id = own(dataset, RECEIVING)
    return id and dataset .. "@" .. id
end

function somebodys_snapshot(dataset)
    if #dataset < MAX_NAME then
        local ours = received(dataset)
        for snapshot in zfs.list.snapshots(dataset) do
            if snapshot ~= ours then return snapshot end
        end
    end
end

-- Whether this is a volume that was not published, for whoever has a claim on it. Somebody may have taken a snapshot of it,
-- as those do who take one of everything each hour.
function unlabelled(dataset)
    return volume_id(dataset) and zfs.exists(dataset) and not own(dataset, STATE)
end

-- The same for whoever has not: nobody else's, and nobody's parent.
function draft(dataset)
    if not unlabelled(dataset) then return false end
    local origin = zfs.get_prop(dataset, "origin")
    return not first_child(dataset) and not somebodys_snapshot(dataset)
        and not (origin and not own(origin, STATE))
end
