package main

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	networkingv1 "k8s.io/api/networking/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
	retrywatch "k8s.io/client-go/tools/watch"
)

// gate is a network that can be cut: connections break, and new ones fail until it is opened again.
type gate struct {
	mutex  sync.Mutex
	closed bool
	open   []net.Conn
}

func (g *gate) dial(network, address string) (net.Conn, error) {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	if g.closed {
		return nil, errors.New("the network is cut")
	}
	connection, err := net.Dial(network, address)
	if err == nil {
		g.open = append(g.open, connection)
	}
	return connection, err
}

func (g *gate) cut() {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	g.closed = true
	for _, connection := range g.open {
		connection.Close()
	}
	g.open = nil
}

func (g *gate) mend() {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	g.closed = false
}

// requests notes what passes through it.
type requests struct {
	mutex sync.Mutex
	seen  []string
	next  http.RoundTripper
}

func (r *requests) RoundTrip(request *http.Request) (*http.Response, error) {
	r.mutex.Lock()
	r.seen = append(r.seen, request.Method+" "+request.URL.Path+"?"+request.URL.RawQuery)
	r.mutex.Unlock()
	return r.next.RoundTrip(request)
}

// take returns what was seen, and forgets it.
func (r *requests) take() []string {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	seen := r.seen
	r.seen = nil
	return seen
}

// watched returns a configuration whose requests are noted and pass the gate.
func watched(contentType string) (*rest.Config, *requests, *gate) {
	config, noted, network := newConfig(contentType), &requests{}, &gate{}
	config.Dial = (&gateDialer{network}).DialContext
	config.Wrap(func(next http.RoundTripper) http.RoundTripper {
		noted.next = next
		return noted
	})
	return config, noted, network
}

// noise changes an object so often, and with so much in it, that the server forgets what was before.
func noise(client *kubernetes.Clientset, name string) error {
	ingresses := client.NetworkingV1().Ingresses(namespace)
	if _, err := ingresses.Create(ctx, ingress(name, nil), metav1.CreateOptions{}); err != nil {
		return err
	}
	for i := range 300 {
		patch := fmt.Sprintf(`{"metadata":{"annotations":{"noise":"%d%s"}}}`, i, strings.Repeat(".", 250_000))
		if _, err := ingresses.Patch(ctx, name, types.MergePatchType, []byte(patch), metav1.PatchOptions{}); err != nil {
			return err
		}
	}
	return ingresses.Delete(ctx, name, metav1.DeleteOptions{})
}

// next returns the next event of the watch, or an error if none comes.
func next(watcher watch.Interface) (watch.Event, error) {
	select {
	case event := <-watcher.ResultChan():
		return event, nil
	case <-time.After(30 * time.Second):
		return watch.Event{}, errors.New("no event comes")
	}
}

// checkWatches checks plain watches and the one that retries.
func checkWatches(client *kubernetes.Clientset) {
	ingresses := client.NetworkingV1().Ingresses(namespace)

	check("watches with selectors that turn changes into deletions", func() error {
		list, err := ingresses.List(ctx, metav1.ListOptions{})
		if err != nil {
			return err
		}
		watcher, err := ingresses.Watch(ctx, metav1.ListOptions{
			ResourceVersion: list.ResourceVersion, LabelSelector: "seen=yes"})
		if err != nil {
			return err
		}
		defer watcher.Stop()
		if _, err := ingresses.Create(ctx, ingress("selected", nil), metav1.CreateOptions{}); err != nil {
			return err
		}
		for _, value := range []string{`"yes"`, `"no"`} {
			if _, err := ingresses.Patch(ctx, "selected", types.MergePatchType,
				[]byte(`{"metadata":{"labels":{"seen":`+value+`}}}`), metav1.PatchOptions{}); err != nil {
				return err
			}
		}
		for _, want := range []watch.EventType{watch.Added, watch.Deleted} {
			event, err := next(watcher)
			if err := errors.Join(err, wanted("event", event.Type, want)); err != nil {
				return err
			}
		}
		return ingresses.Delete(ctx, "selected", metav1.DeleteOptions{})
	})

	check("watches over a restart of the server, without a gap or a double", func() error {
		list, err := ingresses.List(ctx, metav1.ListOptions{})
		if err != nil {
			return err
		}
		watcher, err := retrywatch.NewRetryWatcherWithContext(ctx, list.ResourceVersion, &cache.ListWatch{
			WatchFunc: func(options metav1.ListOptions) (watch.Interface, error) { return ingresses.Watch(ctx, options) }})
		if err != nil {
			return err
		}
		defer watcher.Stop()
		var got []string
		for _, name := range []string{"before", "after"} {
			if _, err := ingresses.Create(ctx, ingress(name, nil), metav1.CreateOptions{}); err != nil {
				return err
			}
			if err := ingresses.Delete(ctx, name, metav1.DeleteOptions{}); err != nil {
				return err
			}
			for range 2 {
				event, err := next(watcher)
				object, ok := event.Object.(*networkingv1.Ingress)
				if !ok {
					return fmt.Errorf("event %v, %v", event, err)
				}
				got = append(got, string(event.Type)+" "+object.Name)
			}
			if name == "before" {
				if err := restart(); err != nil {
					return err
				}
			}
		}
		return wanted("events", got, []string{"ADDED before", "DELETED before", "ADDED after", "DELETED after"})
	})

	check("is told that its history is gone", func() error {
		list, err := ingresses.List(ctx, metav1.ListOptions{Limit: 1})
		if err != nil {
			return err
		}
		if err := noise(client, "noise"); err != nil {
			return err
		}
		_, late := ingresses.Watch(ctx, metav1.ListOptions{ResourceVersion: list.ResourceVersion})
		_, exact := ingresses.List(ctx, metav1.ListOptions{ResourceVersion: list.ResourceVersion,
			ResourceVersionMatch: metav1.ResourceVersionMatchExact})
		_, token := ingresses.List(ctx, metav1.ListOptions{Limit: 1, Continue: list.Continue})
		if late == nil {
			watcher, err := ingresses.Watch(ctx, metav1.ListOptions{ResourceVersion: list.ResourceVersion})
			if err != nil {
				return err
			}
			event, err := next(watcher)
			if err != nil {
				return err
			}
			late = apierrors.FromObject(event.Object)
		}
		return errors.Join(refused("watch", late, apierrors.IsResourceExpired),
			refused("list", exact, apierrors.IsResourceExpired),
			refused("token", token, apierrors.IsResourceExpired))
	})
}

// checkInformers checks informers of each form: how they begin, and how they go on.
func checkInformers() {
	for form, contentType := range map[string]string{
		"json": runtime.ContentTypeJSON, "protobuf": runtime.ContentTypeProtobuf} {
		check(form+": an informer begins by a watch list, goes on after a restart and after a lost history", func() error {
			config, noted, network := watched(contentType)
			client := kubernetes.NewForConfigOrDie(config)
			others := kubernetes.NewForConfigOrDie(newConfig(runtime.ContentTypeProtobuf))
			ingresses := others.NetworkingV1().Ingresses(namespace)
			if _, err := ingresses.Create(ctx, ingress("informed", nil), metav1.CreateOptions{}); err != nil {
				return err
			}
			stop := make(chan struct{})
			factory := informers.NewSharedInformerFactoryWithOptions(client, 0, informers.WithNamespace(namespace))
			informer := factory.Networking().V1().Ingresses()
			var mutex sync.Mutex
			var events []string
			note := func(what string, object any) {
				if gone, ok := object.(cache.DeletedFinalStateUnknown); ok {
					object = gone.Obj
				}
				mutex.Lock()
				defer mutex.Unlock()
				if name := object.(*networkingv1.Ingress).Name; strings.HasPrefix(name, "inform") {
					events = append(events, what+" "+name)
				}
			}
			happened := func(event string) func() bool {
				return func() bool {
					mutex.Lock()
					defer mutex.Unlock()
					return slices.Contains(events, event)
				}
			}
			if _, err := informer.Informer().AddEventHandler(cache.ResourceEventHandlerFuncs{
				AddFunc:    func(object any) { note("add", object) },
				DeleteFunc: func(object any) { note("delete", object) },
			}); err != nil {
				return err
			}
			factory.Start(stop)
			defer factory.Shutdown()
			defer close(stop)
			for _, synced := range factory.WaitForCacheSync(stop) {
				if !synced {
					return errors.New("it does not sync")
				}
			}
			seen := noted.take()
			if len(seen) != 1 || !strings.Contains(seen[0], "sendInitialEvents=true") {
				return fmt.Errorf("it did not begin by one watch list: %v", seen)
			}

			// A watch that breaks off within a second would make it begin anew.
			time.Sleep(1100 * time.Millisecond)
			if err := restart(); err != nil {
				return err
			}
			if _, err := ingresses.Create(ctx, ingress("informed-after", nil), metav1.CreateOptions{}); err != nil {
				return err
			}
			if err := eventually("it sees what came after the restart", happened("add informed-after")); err != nil {
				return err
			}
			for _, request := range noted.take() {
				if !strings.Contains(request, "watch=true") || strings.Contains(request, "sendInitialEvents") {
					return fmt.Errorf("it began anew: %s", request)
				}
			}

			network.cut()
			if err := ingresses.Delete(ctx, "informed-after", metav1.DeleteOptions{}); err != nil {
				return err
			}
			if err := noise(others, "noise"); err != nil {
				return err
			}
			network.mend()
			if err := eventually("it finds the deletion by a new list", happened("delete informed-after")); err != nil {
				return err
			}
			began := func(request string) bool { return strings.Contains(request, "sendInitialEvents=true") }
			if !slices.ContainsFunc(noted.take(), began) {
				return errors.New("it did not begin anew, so its history was not gone")
			}
			if err := ingresses.Delete(ctx, "informed", metav1.DeleteOptions{}); err != nil {
				return err
			}
			if err := eventually("it sees the last deletion", happened("delete informed")); err != nil {
				return err
			}
			mutex.Lock()
			defer mutex.Unlock()
			return wanted("events", events,
				[]string{"add informed", "add informed-after", "delete informed-after", "delete informed"})
		})
	}

	check("gets bookmarks", func() error {
		ingresses := kubernetes.NewForConfigOrDie(newConfig("")).NetworkingV1().Ingresses(namespace)
		seconds := int64(4)
		watcher, err := ingresses.Watch(ctx, metav1.ListOptions{AllowWatchBookmarks: true, TimeoutSeconds: &seconds})
		if err != nil {
			return err
		}
		defer watcher.Stop()
		deadline := time.After(30 * time.Second)
		for {
			select {
			case event, open := <-watcher.ResultChan():
				if event.Type == watch.Bookmark {
					return nil
				}
				if !open {
					return errors.New("it ended without one")
				}
			case <-deadline:
				return errors.New("it does not end")
			}
		}
	})
}
