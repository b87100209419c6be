package main

import (
	"errors"
	"fmt"
	"strings"
	"sync"

	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
)

// history is what happened to objects, in order: "ADDED 0", "MODIFIED 1", by name.
type history struct {
	mutex sync.Mutex
	of    map[string][]string
}

func (h *history) add(name, what string) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	h.of[name] = append(h.of[name], what)
}

// follow reads a watch until the object named end comes, and returns what it saw.
func follow(watcher watch.Interface, end string) (map[string][]string, error) {
	defer watcher.Stop()
	seen := history{of: map[string][]string{}}
	last := uint64(0)
	for {
		event, err := next(watcher)
		if err != nil {
			return nil, err
		}
		object, err := meta.Accessor(event.Object)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", event.Type, err)
		}
		var version uint64
		fmt.Sscan(object.GetResourceVersion(), &version)
		if version <= last {
			return nil, fmt.Errorf("%s comes with %d after %d", object.GetName(), version, last)
		}
		last = version
		if object.GetName() == end {
			return seen.of, nil
		}
		seen.add(object.GetName(), string(event.Type)+" "+object.GetAnnotations()["step"])
	}
}

// write takes an object through its life, over and over, and notes what watchers are to see.
func write(client *kubernetes.Clientset, name string, lives int, expected *history) error {
	ingresses := client.NetworkingV1().Ingresses(namespace)
	for life := range lives {
		object := ingress(name, map[string]string{"many": "yes"})
		object.Annotations = map[string]string{"step": "0"}
		if _, err := ingresses.Create(ctx, object, metav1.CreateOptions{}); err != nil {
			return err
		}
		expected.add(name, "ADDED 0")
		steps := 3 + life%4
		for step := 1; step <= steps; step++ {
			patch := fmt.Sprintf(`{"metadata":{"annotations":{"step":"%d"}}}`, step)
			if _, err := ingresses.Patch(ctx, name, types.MergePatchType, []byte(patch), metav1.PatchOptions{}); err != nil {
				return err
			}
			expected.add(name, fmt.Sprintf("MODIFIED %d", step))
		}
		if err := ingresses.Delete(ctx, name, metav1.DeleteOptions{}); err != nil {
			return err
		}
		expected.add(name, fmt.Sprintf("DELETED %d", steps))
	}
	return nil
}

// checkManyWatches has many watches, most of them on one connection, follow many writers.
func checkManyWatches(plain, binary *kubernetes.Clientset) {
	check("many watches see every change once, in order, while many write", func() error {
		const writers, lives, each = 8, 20, 8
		list, err := plain.NetworkingV1().Ingresses(namespace).List(ctx, metav1.ListOptions{})
		if err != nil {
			return err
		}
		untyped := dynamic.NewForConfigOrDie(newConfig("")).Resource(networkingv1.SchemeGroupVersion.WithResource("ingresses"))
		old := dynamic.NewForConfigOrDie(newConfig(runtime.ContentTypeJSON)).
			Resource(networkingv1.SchemeGroupVersion.WithResource("ingresses").GroupResource().WithVersion("v1beta1"))
		options := metav1.ListOptions{ResourceVersion: list.ResourceVersion, LabelSelector: "many=yes"}
		var watchers []watch.Interface
		for range each {
			for _, start := range []func() (watch.Interface, error){
				func() (watch.Interface, error) { return plain.NetworkingV1().Ingresses(namespace).Watch(ctx, options) },
				func() (watch.Interface, error) { return plain.NetworkingV1().Ingresses("").Watch(ctx, options) },
				func() (watch.Interface, error) { return binary.NetworkingV1().Ingresses(namespace).Watch(ctx, options) },
				func() (watch.Interface, error) { return untyped.Namespace(namespace).Watch(ctx, options) },
				func() (watch.Interface, error) { return old.Watch(ctx, options) },
			} {
				watcher, err := start()
				if err != nil {
					return err
				}
				watchers = append(watchers, watcher)
			}
		}

		saw := make([]map[string][]string, len(watchers))
		failures := make([]error, len(watchers)+writers)
		expected := history{of: map[string][]string{}}
		var following, writing sync.WaitGroup
		for i, watcher := range watchers {
			following.Go(func() { saw[i], failures[i] = follow(watcher, "many-end") })
		}
		for i := range writers {
			client := []*kubernetes.Clientset{plain, binary}[i%2]
			writing.Go(func() {
				failures[len(watchers)+i] = write(client, fmt.Sprintf("many-%d", i), lives, &expected)
			})
		}
		writing.Wait()
		if _, err := plain.NetworkingV1().Ingresses(namespace).Create(ctx,
			ingress("many-end", map[string]string{"many": "yes"}), metav1.CreateOptions{}); err != nil {
			return err
		}
		following.Wait()
		if err := errors.Join(failures...); err != nil {
			return err
		}
		for i := range watchers {
			for name, events := range expected.of {
				if err := wanted(fmt.Sprintf("watch %d of %s", i, name),
					strings.Join(saw[i][name], ", "), strings.Join(events, ", ")); err != nil {
					return err
				}
			}
		}
		return plain.NetworkingV1().Ingresses(namespace).Delete(ctx, "many-end", metav1.DeleteOptions{})
	})
}
